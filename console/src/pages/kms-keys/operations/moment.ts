// A day and a time of day in a time zone, as the API takes them.
export interface Moment {
  /** `2027-08-18`, empty for none. */
  day: string;
  /** `09:30` */
  time: string;
  zone: string;
}

export const NO_MOMENT: Moment = {
  day: "",
  time: "00:00",
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

/** As `18-08-2027 09:30`; undefined as long as it is none. */
export function momentOf({ day, time }: Moment): string | undefined {
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (date === null || !/^\d{2}:\d{2}$/.test(time)) return undefined;
  const [, year = "", month = "", of = ""] = date;
  return `${of}-${month}-${year} ${time}`;
}
