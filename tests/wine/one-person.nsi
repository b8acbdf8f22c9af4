; Our own part of the installer for one person (build/nsis/installer.nsh), without electron-builder's script around it.
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

!include "${INCLUDED}"

Function .onInit
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
  !endif
SectionEnd
