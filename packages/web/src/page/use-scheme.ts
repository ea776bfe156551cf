import { useEffect, useState } from "preact/hooks";

const DARK = "(prefers-color-scheme: dark)";

/** Whether colours are those of the dark theme: what is painted on a canvas does not change with the style by itself. */
export function useIsDark(): boolean {
  const [isDark, setIsDark] = useState(() => matchMedia(DARK).matches);
  useEffect(() => {
    const query = matchMedia(DARK);
    const onChange = (): void => setIsDark(query.matches);
    query.addEventListener("change", onChange);
    return () => query.removeEventListener("change", onChange);
  }, []);
  return isDark;
}
