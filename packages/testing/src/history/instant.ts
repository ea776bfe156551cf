// RFC 3339. As in Clojure, everything after the year is optional.
const INSTANT =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?)?)?)?(?:Z|([-+])(\d\d):(\d\d))?$/;

const MINUTES_A_DAY = 24 * 60;

type Day = { readonly year: number; readonly month: number; readonly day: number };

/**
 * A moment in UTC without zeros at the end, so that equal moments have equal texts; undefined when the text is none.
 *
 * It keeps all digits of the seconds, and a leap second stays one: an offset from UTC has only hours and minutes.
 */
export function instantInUtc(text: string): string | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = match.slice(1, 6).map(numberOf);
  const [second = "00", fraction = "", sign, offsetHours, offsetMinutes] = match.slice(6);
  const [hours, minutes] = [numberOf(offsetHours) ?? 0, numberOf(offsetMinutes) ?? 0];
  const local = { year, month, day };
  if (!isDay(local) || hour > 23 || minute > 59 || Number(second) > 60) return undefined;
  if (hours > 23 || minutes > 59) return undefined;
  const offset = (sign === "-" ? -1 : 1) * (hours * 60 + minutes);
  const inDay = hour * 60 + minute - offset;
  const utc = inDay < 0 ? dayBefore(local) : inDay < MINUTES_A_DAY ? local : dayAfter(local);
  const rest = (inDay + MINUTES_A_DAY) % MINUTES_A_DAY;
  const digits = fraction.replace(/0+$/, "");
  const time = `${two(Math.floor(rest / 60))}:${two(rest % 60)}:${second}`;
  return `${dayText(utc)}T${time}${digits === "" ? "" : `.${digits}`}Z`;
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

function dayText({ year, month, day }: Day): string {
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

function isDay({ year, month, day }: Day): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function dayBefore({ year, month, day }: Day): Day {
  if (day > 1) return { year, month, day: day - 1 };
  const earlier = month > 1 ? { year, month: month - 1 } : { year: year - 1, month: 12 };
  return { ...earlier, day: daysIn(earlier.year, earlier.month) };
}

function dayAfter({ year, month, day }: Day): Day {
  if (day < daysIn(year, month)) return { year, month, day: day + 1 };
  return month < 12 ? { year, month: month + 1, day: 1 } : { year: year + 1, month: 1, day: 1 };
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
