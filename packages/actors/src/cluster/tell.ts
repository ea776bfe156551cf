/** An error that a listener throws is its owner's bug: it must not keep a node from being restarted. */
export function tell(emit: () => void): void {
  try {
    emit();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
