// What a text costs on SMS. The same sums as the service does: GSM-7 160/153, UCS-2 70/67, nothing cut in half.

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENSION = new Set("^{}\\[~]|€\f");

/** { alphabet, segments, used, room, culprit }: `used` of `room` in the last segment; `culprit` forced UCS-2. */
export function cost(text) {
  const characters = [...text];
  const culprit = characters.find((c) => !BASIC.has(c) && !EXTENSION.has(c)) ?? null;
  if (culprit === null) {
    return { alphabet: "GSM-7", culprit, ...parts(characters.map((c) => (EXTENSION.has(c) ? 2 : 1)), 160, 153) };
  }
  return { alphabet: "UCS-2", culprit, ...parts(characters.map((c) => c.length), 70, 67) };
}

/** The same in words, for a line under the composer. */
export function costInWords(text) {
  const { alphabet, segments, used, room, culprit } = cost(text);
  const because = culprit === null ? "" : ` (because of ${culprit})`;
  return `${used} of ${room} · ${inSegments(segments)} · ${alphabet}${because}`;
}

export function inSegments(count) {
  return count === 1 ? "1 segment" : `${count} segments`;
}

function parts(costs, alone, joined) {
  const total = costs.reduce((sum, c) => sum + c, 0);
  if (total <= alone) return { segments: 1, used: total, room: alone };
  let [segments, used] = [1, 0];
  for (const c of costs) {
    if (used + c > joined) [segments, used] = [segments + 1, 0];
    used += c;
  }
  return { segments, used, room: joined };
}
