// The camera as a scanner. The decoder is loaded when a camera is opened for the first time, and no picture leaves the page.

import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import decoder from "zxing-wasm/reader/zxing_reader.wasm?url";

/** The longer side of a picture that is read, in pixels. */
const SIDE = 960;
/** How long to wait after each picture, in milliseconds. */
const PAUSE = 150;

prepareZXingModule({ overrides: { locateFile: () => decoder } });

/**
 * Shows the camera in `video`, and calls `found` with the text of the first code, until the returned function is called. Rejects
 * with the browser's error if there is no camera, or it may not be used. What goes wrong later is handed to `failed`, and then the
 * camera is off, too.
 */
export async function watch(video: HTMLVideoElement, found: (text: string) => void, failed: (error: unknown) => void): Promise<() => void> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  let isRunning = true;
  const stop = () => {
    isRunning = false;
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
  video.srcObject = stream;
  try {
    await video.play();
  } catch (error) {
    stop();
    throw error;
  }
  const canvas = document.createElement("canvas");
  const look = async () => {
    if (!isRunning) return;
    const picture = pictureOf(video, canvas);
    const [code] = picture === null ? [] : await readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
    if (!isRunning) return;
    if (code?.text) found(code.text);
    else setTimeout(again, PAUSE);
  };
  const again = () =>
    void look().catch((error: unknown) => {
      if (!isRunning) return;
      stop();
      failed(error);
    });
  again();
  return stop;
}

function pictureOf(video: HTMLVideoElement, canvas: HTMLCanvasElement): ImageData | null {
  const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null || canvas.width === 0 || canvas.height === 0) return null;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
