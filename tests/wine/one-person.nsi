; The check of our own in the installer for one person (build/nsis/installer.nsh), without electron-builder's script around it.
; For 64 bits, because Debian's Wine alone runs nothing else. electron-builder's is for 32 bits.
Target amd64-unicode
RequestExecutionLevel user
SilentInstall silent
OutFile "${OUT}"
!include LogicLib.nsh
!include "${INCLUDED}"

Function .onInit
  !insertmacro customInit
FunctionEnd

Section
  FileOpen $0 "C:\one-person.txt" w
  FileClose $0
SectionEnd
