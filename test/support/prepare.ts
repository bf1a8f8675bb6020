/** Before the tests: the Temporal CLI is found or built once, with a line that says so, and not by each file. */
import { temporalBinary } from '../../worker/temporal-binary.ts'

await temporalBinary({ say: line => console.log(line) })
