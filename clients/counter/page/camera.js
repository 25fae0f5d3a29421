// The camera as a scanner. Each picture goes to the program on this computer, which reads the code in it and keeps nothing.

/** The longer side of a picture that is read, in pixels. */
const SIDE = 960;
/** How long to wait after each picture, in milliseconds. */
const PAUSE = 150;

/**
 * Shows the camera in `video`, and calls `found` with each text that is read, until the signal is aborted. A camera that opens only
 * afterwards is closed at once. Rejects with the browser's error if there is no camera, or it may not be used.
 */
export async function watch(video, read, found, signal) {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  const close = () => {
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
  if (signal.aborted) return close();
  signal.addEventListener("abort", close);
  video.srcObject = stream;
  await video.play();
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const look = async () => {
    if (signal.aborted) return;
    const picture = brightness(video, canvas, context);
    const text = picture && (await read(picture).catch(() => null));
    if (signal.aborted) return;
    if (text) found(text);
    if (!signal.aborted) setTimeout(look, PAUSE);
  };
  look();
}

/** How bright each pixel is, row by row. */
function brightness(video, canvas, context) {
  const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
  const width = Math.round(video.videoWidth * scale);
  const height = Math.round(video.videoHeight * scale);
  if (!width || !height) return null;
  canvas.width = width;
  canvas.height = height;
  context.drawImage(video, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const bytes = new Uint8Array(width * height);
  for (let pixel = 0; pixel < bytes.length; pixel++) {
    const at = pixel * 4;
    bytes[pixel] = (data[at] * 77 + data[at + 1] * 150 + data[at + 2] * 29) >> 8;
  }
  return { width, height, bytes };
}
