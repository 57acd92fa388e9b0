const DAY = 24 * 3_600_000;
const DAYS = 366;

/** The midnight (UTC) with which the last day of a year from `date` ends, so that all builds of one day sign the same. */
export const endOfYear = (date: Date): Date => new Date((Math.floor(date.getTime() / DAY) + DAYS) * DAY);
