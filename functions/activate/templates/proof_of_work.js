// Solves the proof of work (ALTCHA v2: PBKDF2 over nonce and counter until the key begins as asked for) on request.
const button = document.getElementById("work");
const state = document.getElementById("work-state");
const fromHex = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function solve(challenge) {
  const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
  const password = new Uint8Array([...fromHex(nonce), 0, 0, 0, 0]);
  const view = new DataView(password.buffer);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: fromHex(salt), iterations: cost };
  for (let counter = 0; ; counter++) {
    view.setUint32(password.length - 4, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = toHex(new Uint8Array(await crypto.subtle.deriveBits(how, key, keyLength * 8)));
    if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey };
  }
}

if (button && globalThis.crypto?.subtle) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    state.textContent = button.dataset.working;
    const challenge = JSON.parse(button.dataset.challenge);
    const solution = await solve(challenge);
    document.getElementById("proof_of_work").value = btoa(JSON.stringify({ challenge, solution }));
    document.getElementById("answer").required = false;
    state.textContent = button.dataset.done;
  });
}
