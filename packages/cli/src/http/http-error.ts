/** A request that gets an error as its answer: thrown by code that handles requests. */
export class HttpError extends Error {
  override readonly name: string = "HttpError";
  readonly status: number;
  /** Further headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Further fields of the answer's body. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    message: string,
    {
      headers = {},
      fields = {},
    }: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly fields?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.fields = fields;
  }
}
