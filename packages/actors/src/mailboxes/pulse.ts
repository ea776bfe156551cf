/** How often a program whose event loop carries mail shows that it runs, in ms. */
export const PULSE_MS = 20;
