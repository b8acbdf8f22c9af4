; What the installer for one person says, in each of Causeway's languages: English (1033), Portuguese (2070), Chinese (1028).
; NSIS takes the language of Windows, or one of the same family: Chinese of Macau or Hong Kong finds ours, as in the app.
; The names are electron-builder's, whose own words are partly English in Portuguese (messages.yml in app-builder-lib)

LangString win7Required 1033 "Causeway needs Windows 10 or newer."
LangString win7Required 2070 "O Causeway requer o Windows 10 ou mais recente."
LangString win7Required 1028 "Causeway 需要 Windows 10 或更新版本。"

LangString x64WinRequired 1033 "Causeway needs 64-bit Windows."
LangString x64WinRequired 2070 "O Causeway requer o Windows de 64 bits."
LangString x64WinRequired 1028 "Causeway 需要 64 位元的 Windows。"

LangString appRunning 1033 "Causeway is running.$\r$\nClick OK to quit it and go on."
LangString appRunning 2070 "O Causeway está em execução.$\r$\nClique em OK para sair dele e continuar."
LangString appRunning 1028 "Causeway 正在執行。$\r$\n按一下「確定」即可結束 Causeway 並繼續。"

LangString appClosing 1033 "Quitting Causeway…"
LangString appClosing 2070 "A sair do Causeway…"
LangString appClosing 1028 "正在結束 Causeway…"

LangString appCannotBeClosed 1033 "Causeway does not quit.$\r$\nQuit it from its icon in the notification area, then try again."
LangString appCannotBeClosed 2070 "O Causeway não termina.$\r$\nSaia do Causeway pelo ícone na área de notificação e tente novamente."
LangString appCannotBeClosed 1028 "無法結束 Causeway。$\r$\n請在通知區域的圖示結束 Causeway，然後再試一次。"

LangString installing 1033 "Installing Causeway…"
LangString installing 2070 "A instalar o Causeway…"
LangString installing 1028 "正在安裝 Causeway…"

LangString areYouSureToUninstall 1033 "Remove Causeway from this computer? Your settings and profiles stay."
LangString areYouSureToUninstall 2070 "Remover o Causeway deste computador? As suas definições e os seus perfis ficam guardados."
LangString areYouSureToUninstall 1028 "要從這部電腦移除 Causeway 嗎？您的設定和設定檔會保留。"

LangString decompressionFailed 1033 "The files cannot be unpacked. Download the installer again, then start it once more."
LangString decompressionFailed 2070 "Não é possível extrair os ficheiros. Transfira o instalador outra vez e execute-o novamente."
LangString decompressionFailed 1028 "無法解壓縮檔案。請重新下載安裝程式，然後再執行一次。"

; A colon and an exit code follow
LangString uninstallFailed 1033 "The version before cannot be removed. Restart the computer, then start the installer again. Exit code"
LangString uninstallFailed 2070 "Não é possível remover a versão anterior. Reinicie o computador e execute novamente o instalador. Código de saída"
LangString uninstallFailed 1028 "無法移除舊版本。請重新啟動電腦，然後再執行安裝程式。結束代碼"

LangString forEverybody 1033 "IT has already installed Causeway for everybody on this computer. You need not install it again. Open Causeway from the Start menu."
LangString forEverybody 2070 "A equipa de informática já instalou o Causeway para todas as pessoas neste computador. Não é preciso instalá-lo novamente. Abra o Causeway no menu Iniciar."
LangString forEverybody 1028 "這部電腦已由資訊科技部門為所有用戶安裝 Causeway，無須再次安裝。請在「開始」功能表開啟 Causeway。"

; Of the shortcuts, and in the list of programs
LangString description 1033 "Reach your campus from anywhere"
LangString description 2070 "Aceda ao seu campus a partir de qualquer lugar"
LangString description 1028 "隨時隨地連線到校園"

LangString profileFile 1033 "Causeway profile"
LangString profileFile 2070 "Perfil do Causeway"
LangString profileFile 1028 "Causeway 設定檔"
