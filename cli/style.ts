/** Colours for the terminal. Text is always styled; `withoutColors` takes the styles out where they are not wanted. */
import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

export function styled(format: Format, text: string): string {
  return styleText(format, text, { validateStream: false });
}
