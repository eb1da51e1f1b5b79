// The windows of a pooling layer, from what a log says of its pictures: the layer as torch prints it.

/** Windows along one axis. */
export interface Windows {
  kernel: number;
  stride: number;
  padding: number;
  dilation: number;
  ceil: boolean;
}

const LAYER = /\b(?:Max|Avg|LP)Pool2d\(([^`]*)\)/;

/** Height and width of an argument: one number, or two in brackets. */
function pair(text: string | undefined, otherwise: readonly [number, number]): readonly [number, number] | null {
  if (text === undefined || text === "None") return otherwise;
  const sizes = text.replace(/[()\s]/g, "").split(",").filter(Boolean).map(Number);
  const [height, width = height] = sizes;
  return height !== undefined && width !== undefined && sizes.every(Number.isSafeInteger) ? [height, width] : null;
}

/** The windows along width and height; null where the text names no layer of windows that slide, or one that pads in ways of its own. */
export function windowsOf(description: string | undefined): { x: Windows; y: Windows } | null {
  const list = LAYER.exec(description ?? "")?.[1];
  if (list === undefined) return null;
  const given = new Map([...list.matchAll(/(\w+)=(\([^)]*\)|[^,]+)/g)].map(([, name, value]) => [name ?? "", value?.trim() ?? ""]));
  if (given.has("padding_after") || given.has("auto_pad")) return null;
  const kernel = pair(given.get("kernel_size"), [0, 0]);
  const stride = kernel && pair(given.get("stride"), kernel);
  const [padding, dilation] = [pair(given.get("padding"), [0, 0]), pair(given.get("dilation"), [1, 1])];
  if (!kernel || !stride || !padding || !dilation || Math.min(...kernel, ...stride, ...dilation) < 1) return null;
  const along = (axis: 0 | 1): Windows =>
    ({ kernel: kernel[axis], stride: stride[axis], padding: padding[axis], dilation: dilation[axis], ceil: given.get("ceil_mode") === "True" });
  return { x: along(1), y: along(0) };
}

/** From the first tap of a window to its last. */
export const extent = ({ kernel, dilation }: Windows): number => dilation * (kernel - 1) + 1;

/** How many windows there are over so many pixels, as torch has it. */
export function outputs(windows: Windows, pixels: number): number {
  const { stride, padding, ceil } = windows;
  const room = pixels + 2 * padding - extent(windows);
  const last = Math.floor((room + (ceil ? stride - 1 : 0)) / stride);
  // The last window must begin within the picture or the padding before it.
  return ceil && last * stride >= pixels + padding ? last : last + 1;
}
