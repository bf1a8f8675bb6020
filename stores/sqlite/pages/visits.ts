/** One way through a tree: where pages point in circles or share their children it ends. */
import { damaged } from '../errors.ts'
import type { Pages } from './pages.ts'

/** SQLite's own limit. */
const DEEPEST = 20

export class Visits {
  readonly pages: Pages
  #count = 0

  constructor(pages: Pages) {
    this.pages = pages
  }

  /** As `pages.find`, for a page at some depth of the tree. Throws `Failure('source')` also where no tree would be. */
  find(page: number, depth: number): number {
    if (depth > DEEPEST || ++this.#count > this.pages.count)
      throw damaged(this.pages.path, 'its pages point in circles')
    return this.pages.find(page)
  }
}
