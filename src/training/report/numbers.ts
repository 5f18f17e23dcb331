const UNKNOWN = '–';

/** A figure with a fixed number of decimals; a dash where there is none. */
export function formatFigure(value: number | null | undefined, digits = 3): string {
  return typeof value !== 'number' || !Number.isFinite(value) ? UNKNOWN : value.toFixed(digits);
}

/** A share as a percentage; a dash where there is none. */
export function formatShare(share: number | null | undefined, digits = 1): string {
  const figure = formatFigure(typeof share === 'number' ? 100 * share : share, digits);
  return figure === UNKNOWN ? figure : `${figure} %`;
}

/** A whole number, thousands apart. */
export function formatCount(count: number): string {
  return `${count}`.replaceAll(/\B(?=(\d{3})+$)/g, '\u2009');
}

/** A difference with its sign, as an interval. */
export function formatInterval([lower, upper]: readonly [number, number], digits = 3): string {
  const signed = (value: number) => `${value > 0 ? '+' : ''}${formatFigure(value, digits)}`;
  return `${signed(lower)} to ${signed(upper)}`;
}

/** An amount in few characters, such as 1.5k. */
export function formatSize(amount: number): string {
  const [unit, name] = Math.abs(amount) >= 1e6 ? [1e6, 'M'] : Math.abs(amount) >= 1e3 ? [1e3, 'k'] : [1, ''];
  return `${Number((amount / unit).toPrecision(3))}${name}`;
}

/** Text of at most `most` characters, cut with an ellipsis. */
export function shorten(text: string, most = 26): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** The day of a day number (days since 1970-01-01). */
export function dayOf(day: number): Date {
  return new Date(day * 86_400_000);
}
