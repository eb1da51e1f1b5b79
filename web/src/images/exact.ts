// The values of translucent pixels as they are in the file. A 2D canvas keeps colours multiplied by alpha, which loses them.
import type { Size } from "./grid";
import type { Pixels } from "./pixels";

/** Lent out again and again: a browser allows only a few of them. */
let shared: WebGLRenderingContext | null | undefined;

function context(): WebGLRenderingContext | null {
  if (shared === undefined || shared?.isContextLost()) {
    shared = new OffscreenCanvas(1, 1).getContext("webgl", { premultipliedAlpha: false });
  }
  return shared;
}

/** The pixels of a bitmap that was made without multiplying; nothing where the browser has no WebGL, or the bitmap no room in it. */
export function exactPixels(bitmap: ImageBitmap, { width, height }: Size): Pixels | null {
  const webgl = context();
  if (!webgl || Math.max(width, height) > webgl.getParameter(webgl.MAX_TEXTURE_SIZE)) return null;
  const texture = webgl.createTexture();
  const frame = webgl.createFramebuffer();
  webgl.bindTexture(webgl.TEXTURE_2D, texture);
  webgl.pixelStorei(webgl.UNPACK_COLORSPACE_CONVERSION_WEBGL, webgl.NONE);
  webgl.texImage2D(webgl.TEXTURE_2D, 0, webgl.RGBA, webgl.RGBA, webgl.UNSIGNED_BYTE, bitmap);
  webgl.bindFramebuffer(webgl.FRAMEBUFFER, frame);
  webgl.framebufferTexture2D(webgl.FRAMEBUFFER, webgl.COLOR_ATTACHMENT0, webgl.TEXTURE_2D, texture, 0);
  const isReadable = webgl.checkFramebufferStatus(webgl.FRAMEBUFFER) === webgl.FRAMEBUFFER_COMPLETE;
  const data = new Uint8Array(width * height * 4);
  if (isReadable) webgl.readPixels(0, 0, width, height, webgl.RGBA, webgl.UNSIGNED_BYTE, data);
  webgl.deleteFramebuffer(frame);
  webgl.deleteTexture(texture);
  return isReadable && webgl.getError() === webgl.NO_ERROR ? { width, height, data: new Uint8ClampedArray(data.buffer) } : null;
}
