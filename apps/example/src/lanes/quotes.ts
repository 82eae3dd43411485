import { Injectable } from '@nestjs/common';

/** What the endpoint answers with. */
export interface Quote {
  readonly id: string;
  /** One more with each update. */
  readonly version: number;
}

/** Stands for a database: too slow to be asked each time, and always right. */
@Injectable()
export class Quotes {
  readonly #versions = new Map<string, number>();

  find(id: string): Quote {
    return { id, version: this.#versions.get(id) ?? 0 };
  }

  update(id: string): Quote {
    const version = this.find(id).version + 1;
    this.#versions.set(id, version);
    return { id, version };
  }
}
