; What electron-builder's own NSIS script does not do (https://www.electron.build/nsis, "Custom NSIS script").

; One person's installation beside the one for everybody would be a second version with the same settings, links and files.
; The value is the MSI's (build/msi/document.ts), whose registry is the 64-bit one. Exit code 2, as for a user who cancels
!macro customInit
  SetRegView 64
  ReadRegDWORD $0 HKLM "Software\Causeway" "Shortcut"
  ${If} $0 = 1
    ${IfNot} ${Silent}
      ${Switch} $LANGUAGE
        ${Case} 1028
          MessageBox MB_OK|MB_ICONINFORMATION "這部電腦已由資訊科技部門為所有用戶安裝 Causeway，無須再次安裝。請在「開始」功能表開啟 Causeway。"
          ${Break}
        ${Case} 2070
          MessageBox MB_OK|MB_ICONINFORMATION "A equipa de informática já instalou o Causeway para todas as pessoas neste computador. Não é preciso instalá-lo novamente. Abra o Causeway no menu Iniciar."
          ${Break}
        ${Default}
          MessageBox MB_OK|MB_ICONINFORMATION "IT has already installed Causeway for everybody on this computer. You need not install it again. Open Causeway from the Start menu."
          ${Break}
      ${EndSwitch}
    ${EndIf}
    SetErrorLevel 2
    Quit
  ${EndIf}
!macroend

; What the app itself has registered for this person: links (`setAsDefaultProtocolClient`), and its start at sign-in under its
; AppUserModelId (`setLoginItemSettings`). A link left behind would hide the one of an installation for everybody
!macro customUnInstall
  ${IfNot} ${isUpdated}
    DeleteRegKey HKCU "Software\Classes\causeway"
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "org.causeway.client"
  ${EndIf}
!macroend
