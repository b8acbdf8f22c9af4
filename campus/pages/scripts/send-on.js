// Submits the form that carries the identity provider's answer to the gateway. Its button is for browsers without scripts.
document.querySelector('form[name=hiddenform]').submit();
