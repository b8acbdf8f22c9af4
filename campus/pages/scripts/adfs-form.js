// The behaviour of ADFS's sign-in form: its button is no button. A click checks the fields, adds the campus's domain to a
// bare user ID, and only then submits.

const form = document.getElementById('loginForm');
const userName = document.getElementById('userNameInput');
const password = document.getElementById('passwordInput');
const submitButton = document.getElementById('submitButton');
let submitted = false;

/** Shows an error without asking the server, as ADFS's own script does. */
function complain(message, field) {
  document.getElementById('error').hidden = false;
  document.getElementById('errorText').textContent = message;
  field.focus();
}

function signIn() {
  const typed = userName.value.trim();
  if (typed === '') return complain(form.dataset.noUser, userName);
  if (password.value === '') return complain(form.dataset.noPassword, password);
  if (submitted) return;
  submitted = true;
  userName.value = /[@\\]/.test(typed) ? typed : `${typed}@${form.dataset.domain}`;
  form.submit();
}

submitButton.addEventListener('click', signIn);
submitButton.addEventListener('keydown', (event) => {
  if (event.key !== ' ') return;
  event.preventDefault();
  signIn();
});
form.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter') return;
  event.preventDefault();
  signIn();
});
