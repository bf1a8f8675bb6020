/** The workflow bundle builds: no Node built-in, driver or other stranger got into workflow code. */
import { bundle } from '../worker/bundle.ts'

await bundle()
