import { expect, test } from "vitest";
import { extent, outputs, windowsOf } from "./layer";

test("a layer is read as torch prints it", () => {
  expect(windowsOf("`MaxPool2d(kernel_size=(3, 2), stride=2, padding=(1, 0), dilation=1, ceil_mode=True)` of CIFAR-10")).toEqual({
    y: { kernel: 3, stride: 2, padding: 1, dilation: 1, ceil: true },
    x: { kernel: 2, stride: 2, padding: 0, dilation: 1, ceil: true },
  });
  expect(windowsOf("AvgPool2d(kernel_size=3, stride=2, padding=1)")?.x).toEqual({ kernel: 3, stride: 2, padding: 1, dilation: 1, ceil: false });
  expect(windowsOf("LPPool2d(norm_type=2, kernel_size=3, stride=None, ceil_mode=False)")?.y.stride).toBe(3);
  for (const other of [undefined, "", "sample, 64 images a step", "AdaptiveMaxPool2d(output_size=7)", "MaxPool2d()", "MaxPool2d(kernel_size=a)",
    "MaxPool2d(kernel_size=0)", "MaxPool2d(kernel_size=3, stride=3, auto_pad=SAME_UPPER, dilation=1, ceil_mode=False)"]) {
    expect(windowsOf(other), other).toBeNull();
  }
});

test("windows are counted as in torch", () => {
  const along = (kernel: number, stride: number, padding = 0, ceil = false, dilation = 1) => ({ kernel, stride, padding, dilation, ceil });
  expect(extent(along(3, 1, 0, false, 2))).toBe(5);
  expect([outputs(along(3, 3), 32), outputs(along(3, 3, 0, true), 32)]).toEqual([10, 11]);
  expect(outputs(along(3, 2, 1), 112)).toBe(56);
  // The last window would begin in the padding behind the picture.
  expect(outputs(along(2, 2, 1, true), 4)).toBe(3);
  expect(outputs(along(3, 1, 0, false, 2), 9)).toBe(5);
});
