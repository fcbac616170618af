// Decodes streams with `eventsource-parser`: for each name in the directory given, NAME.stream in
// the pieces whose lengths NAME.cuts lists. Prints name, count of events, sum of lengths, and the
// nanoseconds of the fastest round: from bytes, and from strings that were decoded beforehand.
import { readFileSync } from 'node:fs'
import { createParser } from 'eventsource-parser'

const [directory, ...names] = process.argv.slice(2)

for (const name of names) {
  const bytes = readFileSync(`${directory}/${name}.stream`)
  const cuts = readFileSync(`${directory}/${name}.cuts`, 'utf8').split('\n').map(Number)
  let start = 0
  const chunks = cuts.map((length) => bytes.subarray(start, (start += length)))
  const decoder = new TextDecoder()
  const strings = chunks.map((chunk) => decoder.decode(chunk, { stream: true }))

  const { events, lengths } = fromBytes(chunks)
  console.log([name, events, lengths, fastest(fromBytes, chunks), fastest(fromStrings, strings)].join('\t'))
}

function fromBytes(chunks) {
  const decoder = new TextDecoder()
  return parse(chunks, (chunk) => decoder.decode(chunk, { stream: true }))
}

function fromStrings(strings) {
  return parse(strings, (string) => string)
}

function parse(chunks, text) {
  const tally = { events: 0, lengths: 0, types: 0 }
  const parser = createParser({
    onEvent({ event = 'message', data, id = '' }) {
      tally.events += 1
      tally.lengths += data.length + id.length
      tally.types = (tally.types * 31 + event.length + event.charCodeAt(event.length - 1)) | 0
    },
  })
  for (const chunk of chunks) parser.feed(text(chunk))
  return tally
}

function fastest(run, input) {
  let best = Infinity
  const end = performance.now() + 300
  while (performance.now() < end) {
    const start = performance.now()
    run(input)
    best = Math.min(best, performance.now() - start)
  }
  return Math.round(best * 1e6)
}
