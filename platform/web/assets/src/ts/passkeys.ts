// Passkeys: asks the server for a question, the device for its answer, and sends the form with it.
import { one } from "./dom";
import { csrf } from "./net";

const bytes = (text: string) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer: ArrayBuffer | null) =>
  buffer ? btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") : undefined;
const named = (list: { type: "public-key"; id: string }[] = []) => list.map((key) => ({ type: key.type, id: bytes(key.id) }));

const make = async (options: any) => {
  const user = { ...options.user, id: bytes(options.user.id) };
  const publicKey = { ...options, user, challenge: bytes(options.challenge), excludeCredentials: named(options.excludeCredentials) };
  const key = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const answer = key.response as AuthenticatorAttestationResponse;
  return { id: key.id, response: { clientDataJSON: text(answer.clientDataJSON), attestationObject: text(answer.attestationObject) } };
};

const prove = async (options: any) => {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) };
  const key = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const answer = key.response as AuthenticatorAssertionResponse;
  const parts = { clientDataJSON: answer.clientDataJSON, authenticatorData: answer.authenticatorData, signature: answer.signature, userHandle: answer.userHandle };
  return { id: key.id, response: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, text(part)])) };
};

/** A form that is sent with the answer of a device; shown only where the browser knows passkeys. */
export const passkey = (form: HTMLFormElement) => {
  if (!window.PublicKeyCredential) return;
  form.hidden = false;
  const fault = (words: string) => {
    const place = one("[data-passkey-fault]", form);
    if (place) (place.hidden = !words), (place.textContent = words);
  };
  form.addEventListener("submit", (event) => {
    const field = form.elements.namedItem("answer") as HTMLInputElement;
    if (field.value) return;
    event.preventDefault();
    fault("");
    const fields = new URLSearchParams([...new FormData(form)].flatMap(([k, v]) => (typeof v === "string" ? [[k, v]] : [])));
    const begin = async () => {
      const response = await fetch(form.dataset.passkey!, { method: "POST", headers: { "X-CSRF-Token": csrf(), Accept: "application/json" }, body: fields });
      const told = await response.json();
      if (!response.ok) return fault(told.errors?.[0]?.detail ?? told.detail ?? form.dataset.failed!);
      field.value = JSON.stringify(await (form.dataset.make === undefined ? prove(told) : make(told)));
      form.requestSubmit();
    };
    begin().catch((error) => fault((error as Error).name === "InvalidStateError" ? form.dataset.known! : form.dataset.failed!));
  });
};
