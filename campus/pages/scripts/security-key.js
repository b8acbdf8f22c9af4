// Asks the browser for a security key (WebAuthn), to sign in with one or to add one. The page says in its form what for.

const form = document.querySelector('form[data-key]');
const options = JSON.parse(form.dataset.key);
const problem = document.getElementById('key-problem');

function bytesOf(text) {
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function textOf(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const known = (ids) => ids.map((id) => ({ type: 'public-key', id: bytesOf(id) }));

async function add() {
  const { response, rawId } = await navigator.credentials.create({
    publicKey: {
      rp: options.rp,
      user: { ...options.user, id: bytesOf(options.user.id) },
      challenge: bytesOf(options.challenge),
      pubKeyCredParams: options.algorithms.map((alg) => ({ type: 'public-key', alg })),
      excludeCredentials: known(options.known),
      authenticatorSelection: { residentKey: 'discouraged', userVerification: 'discouraged' },
      attestation: 'none',
      timeout: options.timeoutMs,
    },
  });
  return {
    credentialId: textOf(rawId),
    clientData: textOf(response.clientDataJSON),
    authenticatorData: textOf(response.getAuthenticatorData()),
    publicKey: textOf(response.getPublicKey()),
    algorithm: String(response.getPublicKeyAlgorithm()),
  };
}

async function prove() {
  const { response, rawId } = await navigator.credentials.get({
    publicKey: {
      challenge: bytesOf(options.challenge),
      rpId: options.rp.id,
      allowCredentials: known(options.known),
      userVerification: 'discouraged',
      timeout: options.timeoutMs,
    },
  });
  return {
    credentialId: textOf(rawId),
    clientData: textOf(response.clientDataJSON),
    authenticatorData: textOf(response.authenticatorData),
    signature: textOf(response.signature),
  };
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  problem.hidden = true;
  (options.kind === 'add' ? add() : prove())
    .then((fields) => {
      for (const [name, value] of Object.entries(fields)) form.elements[name].value = value;
      form.submit();
    })
    .catch(() => {
      // The reason does not matter here: no key, the wrong one, cancelled, or too late
      problem.hidden = false;
    });
});
