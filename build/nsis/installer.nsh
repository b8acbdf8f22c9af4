; What electron-builder's own NSIS script does not do (https://www.electron.build/nsis, "Custom NSIS script").

; Its text is English in every language
!ifdef APP_DESCRIPTION
  !undef APP_DESCRIPTION
!endif
!define APP_DESCRIPTION "$(description)"

; Inserted after electron-builder's own words, in place of which ours come: the last one counts, with a warning (6030)
!define CAUSEWAY_WORDS "${__FILEDIR__}/words.nsh"
!macro customHeader
  !pragma warning push
  !pragma warning disable 6030
  !include "${CAUSEWAY_WORDS}"
  !pragma warning pop
!macroend

; One person's installation beside the one for everybody would be a second version with the same settings, links and files.
; The value is the MSI's (build/msi/document.ts), whose registry is the 64-bit one. Exit code 2, as for a user who cancels
!macro customInit
  SetRegView 64
  ReadRegDWORD $0 HKLM "Software\Causeway" "Shortcut"
  ${If} $0 = 1
    ${IfNot} ${Silent}
      MessageBox MB_OK|MB_ICONINFORMATION "$(forEverybody)"
    ${EndIf}
    SetErrorLevel 2
    Quit
  ${EndIf}
!macroend

; electron-builder writes "Open with Causeway" in English. Without a text, Windows names the verb in its own language
!macro customInstall
  DeleteRegValue SHELL_CONTEXT "Software\Classes\Causeway profile\shell\open" ""
!macroend

; What the app itself has registered for this person: links (`setAsDefaultProtocolClient`), and its start at sign-in under its
; AppUserModelId (`setLoginItemSettings`). A link left behind would hide the one of an installation for everybody
!macro customUnInstall
  ${IfNot} ${isUpdated}
    DeleteRegKey HKCU "Software\Classes\causeway"
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "org.causeway.client"
  ${EndIf}
!macroend
