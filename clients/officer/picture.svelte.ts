// Photos of the service as addresses of this page. They are gone with what shows them.

/** The address of a photo in base64; empty where there is none. To be called while a component is set up. */
export function picture(base64: () => string | null): { readonly address: string } {
  let address = $state("");
  $effect(() => {
    const text = base64();
    if (text === null) return;
    const made = URL.createObjectURL(blobOf(text));
    address = made;
    return () => {
      address = "";
      URL.revokeObjectURL(made);
    };
  });
  return {
    get address() {
      return address;
    },
  };
}

function blobOf(base64: string): Blob {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type: bytes[0] === 0x89 ? "image/png" : "image/jpeg" });
}
