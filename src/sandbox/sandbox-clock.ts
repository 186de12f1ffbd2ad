/** The sandbox's time: the real one, or one that runs faster and can be driven on. It never goes back. */
export class SandboxClock {
  readonly #real: () => number
  /** Where both clocks stood when the pace was last changed. */
  #since: { real: number; own: number }
  #speed: number

  constructor(real: () => number, speed = 1) {
    this.#real = real
    this.#since = { real: real(), own: real() }
    this.#speed = speed
  }

  now = (): number => {
    const { real, own } = this.#since
    return Math.round(own + (this.#real() - real) * this.#speed)
  }

  get speed(): number {
    return this.#speed
  }

  /** Sandbox seconds for one real second; 0 stands still. */
  run(speed: number): void {
    this.#since = { real: this.#real(), own: this.now() }
    this.#speed = speed
  }

  forward(ms: number): void {
    this.#since = { real: this.#real(), own: this.now() + Math.max(0, ms) }
  }
}
