// The few pictures of buttons, drawn on a grid of 16.

const PATHS = {
  grow: "M9.5 2.5h4v4M6.5 13.5h-4v-4M13.5 2.5 9 7M2.5 13.5 7 9",
  shrink: "M13 6.5H9.500V3M3 9.500h3.500V13M9.500 6.500 13.500 2.500M6.500 9.500l-4 4",
  save: "M8 2v8M4.500 7 8 10.500 11.500 7M2.500 13.500h11",
  pin: "M6 2h4l-.5 4.500 2.500 2.500H4l2.500-2.500zM8 9v5",
  eye: "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  hidden: "M2 2l12 12M6.300 3.800A6.600 6.600 0 0 1 8 3.500c4 0 6.500 4.500 6.500 4.500a12 12 0 0 1-1.900 2.400M4.200 4.700A12 12 0 0 0 1.500 8S4 12.500 8 12.500c1.300 0 2.400-.5 3.400-1.100",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1.100 1.100M11.900 11.900 13 13M3 13l1.100-1.100M11.900 4.100 13 3",
  moon: "M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7z",
  help: "M6 6a2 2 0 1 1 2.800 1.800C8.200 8.200 8 8.600 8 9.500M8 12v.2M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13z",
  menu: "M2 4h12M2 8h12M2 12h12",
  close: "M3.500 3.500l9 9M12.500 3.500l-9 9",
  play: "M5 3l8 5-8 5z",
  pause: "M5 3v10M11 3v10",
  compare: "M2 3h5v10H2zM9 3h5v10H9z",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  check: "M3 8.500 6.500 12 13 4.500",
  link: "M6.500 9.500l3-3M7 4.500l1.500-1.500a3 3 0 0 1 4.500 4.500L11.500 9M9 11.500 7.500 13A3 3 0 0 1 3 8.500L4.500 7",
  first: "M4 3v10M13 3 6 8l7 5z",
  last: "M12 3v10M3 3l7 5-7 5z",
  left: "M10.500 3l-5 5 5 5",
  right: "M5.500 3l5 5-5 5",
  warning: "M8 2 1.500 13.500h13zM8 6.500v3.500M8 11.800v.2",
  search: "M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.500 10.500 14 14",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="glyph" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

/** The sign of what opens and closes. */
export function Chevron({ open }: { open: boolean }) {
  return (
    <svg class={open ? "glyph chevron open" : "glyph chevron"} viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
      <path d="M6 3l5 5-5 5" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
