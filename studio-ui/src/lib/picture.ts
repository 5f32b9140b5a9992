/** Pictures that a person chose, made fit for a shop's page. */

/** The longer side of what is kept, in pixels: sharp on a phone's whole width. */
const LONGEST = 1200;
const QUALITY = 0.86;

/** Width and height within `LONGEST`, of the same shape, never enlarged. Pure. */
export function fit(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, LONGEST / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The picture in a file as a JPEG data URL; on white where it was transparent. Throws when the file holds none. */
export async function readPicture(file: Blob): Promise<string> {
  const image = await createImageBitmap(file);
  try {
    const canvas = document.createElement('canvas');
    const { width, height } = fit(image.width, image.height);
    [canvas.width, canvas.height] = [width, height];
    const pen = canvas.getContext('2d')!;
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, width, height);
    pen.drawImage(image, 0, 0, width, height);
    return canvas.toDataURL('image/jpeg', QUALITY);
  } finally {
    image.close();
  }
}
