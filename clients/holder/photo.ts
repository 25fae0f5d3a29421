// The selfie: scaled to what the service takes, and drawn again, so that nothing but the picture is sent.

/** Pixels of the short side that are enough to compare faces. */
const ENOUGH = 960;

/** The service takes no smaller picture. */
const LEAST = 320;

/** 16 KiB less than the service takes. */
const MOST_BYTES = 240 * 1024;

export type Fault = "unreadable" | "tooSmall";

/** How large a picture is drawn: its short side is 960 pixels at most, and it is never made larger. */
export function scaled(width: number, height: number, short = ENOUGH): { width: number; height: number } {
  const factor = Math.min(1, short / Math.min(width, height), 4096 / Math.max(width, height));
  return { width: Math.round(width * factor), height: Math.round(height * factor) };
}

/** Draws a picture as it is to be sent: upright, as JPEG, without place or time. */
export async function prepared(picture: Blob): Promise<Blob | Fault> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(picture, { imageOrientation: "from-image" });
  } catch {
    return "unreadable";
  }
  try {
    if (Math.min(bitmap.width, bitmap.height) < LEAST) return "tooSmall";
    for (const short of [ENOUGH, 720, 540, LEAST]) {
      for (const quality of [0.92, 0.85, 0.75, 0.6]) {
        const drawn = await draw(bitmap, scaled(bitmap.width, bitmap.height, short), quality);
        if (drawn !== null && drawn.size <= MOST_BYTES) return drawn;
      }
    }
    return "unreadable";
  } finally {
    bitmap.close();
  }
}

async function draw(bitmap: ImageBitmap, { width, height }: { width: number; height: number }, quality: number): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.drawImage(bitmap, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}

/** What the camera shows now, as it sees it: a preview is mirrored, the photo is not. */
export async function taken(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
}

/** A picture in base64. */
export async function base64(picture: Blob): Promise<string> {
  const bytes = new Uint8Array(await picture.arrayBuffer());
  let text = "";
  for (let from = 0; from < bytes.length; from += 0x8000) text += String.fromCharCode(...bytes.subarray(from, from + 0x8000));
  return btoa(text);
}
