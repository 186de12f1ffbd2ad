import { X509Certificate, createHash, createPrivateKey, generateKeyPair } from 'node:crypto'
import { isIP } from 'node:net'
import { promisify } from 'node:util'

import forge from 'node-forge'

/** A key and its certificate, both PEM. */
export interface Certified {
  key: string
  cert: string
}

const day = 86_400_000

/** A certificate authority of this machine's own, good for ten years. */
export async function makeAuthority(now: number): Promise<Certified> {
  const key = await newKey()
  const name = `Watchfloor sandbox CA ${digest(key).slice(0, 8)}`
  return {
    key,
    cert: sign({
      subject: name,
      publicKeyOf: key,
      issuer: { name, key },
      now,
      days: 3650,
      extensions: [
        { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
        { name: 'subjectKeyIdentifier' },
      ],
    }),
  }
}

/** A server certificate for these host names (`*.` for one label) and addresses, good for a year. */
export async function certify(
  authority: Certified,
  hosts: readonly string[],
  now: number,
): Promise<Certified> {
  const key = await newKey()
  const altNames = hosts.map((host) => (isIP(host) > 0 ? { type: 7, ip: host } : { type: 2, value: host }))
  const name = String(forge.pki.certificateFromPem(authority.cert).subject.getField('CN').value)
  return {
    key,
    cert: sign({
      subject: 'Watchfloor sandbox',
      publicKeyOf: key,
      issuer: { name, key: authority.key },
      now,
      days: 365,
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames },
        { name: 'authorityKeyIdentifier', keyIdentifier: keyIdOf(authority.cert) },
      ],
    }),
  }
}

/** Whether this authority can still sign: well-formed, its own key, and good for as long as what it signs. */
export function isGoodAuthority({ key, cert }: Certified, now: number): boolean {
  try {
    const found = new X509Certificate(cert)
    return (
      found.ca && found.checkPrivateKey(createPrivateKey(key)) && Date.parse(found.validTo) > now + 365 * day
    )
  } catch {
    return false
  }
}

interface Plan {
  subject: string
  /** PEM of the private key whose public half is certified. */
  publicKeyOf: string
  issuer: { name: string; key: string }
  now: number
  days: number
  extensions: object[]
}

function sign({ subject, publicKeyOf, issuer, now, days, extensions }: Plan): string {
  const { pki, md } = forge
  const cert = pki.createCertificate()
  const { n, e } = pki.privateKeyFromPem(publicKeyOf)
  cert.publicKey = pki.setRsaPublicKey(n, e)
  // Every certificate has a new key. A first byte below 0x80 and above 0: a serial number is positive.
  cert.serialNumber = `01${digest(publicKeyOf).slice(0, 30)}`
  // A client's clock may be a little behind ours.
  cert.validity.notBefore = new Date(now - day)
  cert.validity.notAfter = new Date(now + days * day)
  cert.setSubject([{ name: 'commonName', value: subject }])
  cert.setIssuer([{ name: 'commonName', value: issuer.name }])
  cert.setExtensions(extensions)
  cert.sign(pki.privateKeyFromPem(issuer.key), md.sha256.create())
  return pki.certificateToPem(cert)
}

function keyIdOf(cert: string): string {
  return forge.pki.certificateFromPem(cert).generateSubjectKeyIdentifier().getBytes()
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** RSA, because forge signs with nothing else; PKCS#1, because it reads nothing else. */
async function newKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
}
