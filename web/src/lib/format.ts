// Numbers, sizes and times as people read them.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes in the unit that keeps them short. */
export function bytes(size: number): string {
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? size.toFixed(0) : size.toFixed(1)} ${UNITS[unit]}`;
}

/** A number with four significant digits. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (value !== 0 && (magnitude < 1e-4 || magnitude >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

// By hand, without `Intl`: the first use of each of its formats takes the browser 6 to 17 ms, before it has drawn anything.

/** A whole number, or nearly one, with separators. */
export const whole = (value: number): string => String(Number(value.toFixed(3))).replace(/^-?\d{4,}/, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ","));

/** Seconds since the epoch as a date and a time, where the browser is. */
export function moment(seconds: number): string {
  const date = new Date(Math.round(seconds * 1000));
  if (Number.isNaN(date.getTime())) return "no time";
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A length of time. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const s = Math.abs(seconds);
  if (s < 60) return `${seconds.toFixed(s < 10 ? 2 : 0)} s`;
  if (s < 3600) return `${(seconds / 60).toFixed(1)} min`;
  return s < 86400 ? `${(seconds / 3600).toFixed(2)} h` : `${(seconds / 86400).toFixed(2)} d`;
}
