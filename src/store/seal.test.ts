import { expect, test } from 'vitest'
import { seal, unseal } from './seal.ts'

const key = Buffer.alloc(32, 7)

test('a secret opens with its key only', () => {
  const sealed = seal(key, 'käy')
  expect(sealed).toMatch(/^v1\.[\w-]+\.[\w-]+\.[\w-]+$/)
  expect(seal(key, 'käy')).not.toBe(sealed)
  expect(unseal(key, sealed)).toBe('käy')
  expect(() => unseal(Buffer.alloc(32, 8), sealed)).toThrow('does not open the stored secrets')
  expect(() => seal(Buffer.alloc(16), 'x')).toThrow('32 bytes')
})

test('a secret that was tampered with or is of another format is refused', () => {
  const [version, iv, tag, text] = seal(key, 'secret').split('.')
  expect(() => unseal(key, [version, iv, tag, `x${text}`].join('.'))).toThrow('does not open')
  expect(() => unseal(key, [version, iv, tag!.slice(0, 6), text].join('.'))).toThrow('does not open')
  expect(() => unseal(key, `v9.${iv}.${tag}.${text}`)).toThrow('upgrade')
  expect(unseal(key, seal(key, ''))).toBe('')
})
