/** A device or a person as a vendor's inventory names it. Everything else stays in its Record. */
export interface Asset {
  kind: 'device' | 'user'
  name: string
}
