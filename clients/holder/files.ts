// Files that leave the app: for the phone's disk, or for the share sheet where downloads do not work.

import { digest } from "../kit/api/proof";

/** Offers a file under a name. Says whether it was taken: a share sheet may be closed, and opens after a press alone. */
export async function save(file: Blob, name: string): Promise<boolean> {
  const shared = new File([file], name, { type: file.type });
  const isHomeScreenApp = /iPhone|iPad/.test(navigator.userAgent) && matchMedia("(display-mode: standalone)").matches;
  if (isHomeScreenApp && navigator.canShare?.({ files: [shared] })) {
    return navigator.share({ files: [shared] }).then(
      () => true,
      () => false,
    );
  }
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return true;
}

/** The SHA-256 of a file in base64url. WebCrypto takes it in one piece. */
export async function hashOf(file: Blob): Promise<string> {
  return digest(await file.arrayBuffer());
}

/** What a phone's memory bears. */
export const MOST_BYTES = 50_000_000;
