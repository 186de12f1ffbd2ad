import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { StoreError } from './errors.ts'

/**
 * Secrets at rest: AES-256-GCM, as `v1.<iv>.<tag>.<text>` in base64url. The key comes from outside; the random IV is
 * not part of the engine's chance.
 */
export function seal(key: Buffer, plain: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', check(key), iv)
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return [version, ...[iv, cipher.getAuthTag(), text].map((part) => part.toString('base64url'))].join('.')
}

export function unseal(key: Buffer, sealed: string): string {
  const [found, ...parts] = sealed.split('.')
  const [iv, tag, text] = parts.map((part) => Buffer.from(part, 'base64url'))
  if (found !== version || !iv || !tag || !text)
    throw new StoreError('a stored secret is in a format that this program does not know: upgrade it')
  try {
    const decipher = createDecipheriv('aes-256-gcm', check(key), iv, { authTagLength: 16 }).setAuthTag(tag)
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
  } catch (error) {
    if (error instanceof StoreError) throw error
    throw new StoreError(
      'the secret key does not open the stored secrets: start with the key that sealed them, or enter the API keys again',
    )
  }
}

const version = 'v1'

function check(key: Buffer): Buffer {
  if (key.length !== 32) throw new StoreError('the secret key must be 32 bytes')
  return key
}
