/** URLs of PostgreSQL as libpq takes them: with several hosts, or with none. */

export interface PostgresUrl {
  /** Role, database and parameters; its host means nothing where `hosts` names none or several. */
  url: URL
  /** `h1:5432,h2` as it stands in the URL; empty where it names none. */
  hosts: string
}

/** What stands in for hosts that the standard's URL cannot hold. */
const STAND_IN = 'hosts'

/** Reads `postgres(ql)://…`; undefined for what cannot be read. */
export function parsePostgresUrl(text: string): PostgresUrl | undefined {
  const [, head, hosts, tail] = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#@]*)(.*)$/is.exec(text) ?? []
  const several = hosts !== undefined && (hosts === '' || hosts.includes(','))
  try {
    const url = new URL(several ? `${head}${STAND_IN}${tail}` : text)
    return { url, hosts: several ? hosts : url.host }
  } catch {
    return undefined
  }
}

/** The URL as text, by which `parsePostgresUrl` reads the same again. */
export function postgresUrlText({ url, hosts }: PostgresUrl): string {
  if (url.host === hosts) return url.href
  const { protocol, username, password, pathname, search } = url
  const role = password ? `${username}:${password}@` : username ? `${username}@` : ''
  return `${protocol}//${role}${hosts}${pathname}${search}`
}
