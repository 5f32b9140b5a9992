/**
 * A media element that was played inside the shopper's tap. Some browsers (iPhones) give the sound to no other, and the app
 * that fills it comes later; until then it has nothing to play.
 */
export function tappedVideo(): HTMLVideoElement {
  const video = document.createElement('video');
  video.playsInline = true;
  video.play().catch(() => undefined);
  return video;
}
