; Our own part of the installer for one person (build/nsis/installer.nsh), with the words, languages and registration of files of
; electron-builder's script, and without the rest of it, which needs plugins.
; For 64 bits, because Debian's Wine alone runs nothing else. electron-builder's is for 32 bits.
Target amd64-unicode
RequestExecutionLevel user
SilentInstall silent
OutFile "${OUT}"
!include LogicLib.nsh
!include FileFunc.nsh

; As electron-builder generates it: whether an update calls it
!macro _isUpdated _a _b _t _f
  ${GetParameters} $R9
  ClearErrors
  ${GetOptions} $R9 "--updated" $R8
  IfErrors `${_f}` `${_t}`
!macroend
!define isUpdated `"" isUpdated ""`

; What electron-builder writes into its script: its words and the languages
Name "Causeway"
!define PRODUCT_NAME "Causeway"
!define APP_DESCRIPTION "of package.json"
!include MUI2.nsh
!include "${GENERATED}"
!include "${INCLUDED}"
!insertmacro MUI_PAGE_INSTFILES
!insertmacro addLangs
!insertmacro customHeader

!ifdef SPEAKS
  !macro says ID
    FileWriteUTF16LE $0 "${ID}: $(${ID})$\n"
  !macroend
!endif

!ifndef REMOVES
  Var appExe
!endif

Function .onInit
  !ifdef SPEAKS
    FileOpen $0 "C:\words.txt" w
    FileWriteUTF16LE $0 "language: $LANGUAGE$\n"
    !insertmacro says win7Required
    !insertmacro says x64WinRequired
    !insertmacro says appRunning
    !insertmacro says appClosing
    !insertmacro says appCannotBeClosed
    !insertmacro says installing
    !insertmacro says areYouSureToUninstall
    !insertmacro says decompressionFailed
    !insertmacro says uninstallFailed
    !insertmacro says forEverybody
    FileWriteUTF16LE $0 "description: ${APP_DESCRIPTION}$\n"
    FileClose $0
    Quit
  !endif
  !ifndef REMOVES
    !insertmacro customInit
  !endif
FunctionEnd

Section
  !ifdef REMOVES
    !insertmacro customUnInstall
  !else
    FileOpen $0 "C:\one-person.txt" w
    FileClose $0
    SetRegView 64
    StrCpy $appExe "C:\Causeway.exe"
    !insertmacro associates
    !insertmacro customInstall
  !endif
SectionEnd
