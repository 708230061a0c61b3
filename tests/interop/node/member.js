// What the programs share that are one member of a group: their command line and the lines that they
// print, as those of tests/support/group_events.py and, for the command copy, of group_copies.py.
'use strict'

const { parseArgs } = require('node:util')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'session-ms': { type: 'string', default: '45000' },
    'heartbeat-ms': { type: 'string', default: '3000' },
    'transaction-ms': { type: 'string', default: '60000' },
    'hold-in': { type: 'string', default: '0' },
  },
})

const say = event => process.stdout.write(JSON.stringify(event) + '\n')

// Says what a consumer is assigned of a topic, and what is taken from it.
class Ownership {
  constructor(consumer, topic) {
    this.owned = []
    consumer.on(consumer.events.REBALANCING, () => this.change([]))
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      this.change(payload.memberAssignment[topic] || []))
  }

  change(partitions) {
    if (this.owned.length > 0) say({ event: 'revoked', partitions: this.owned })
    this.owned = partitions
    if (this.owned.length > 0) say({ event: 'assigned', partitions: this.owned })
  }
}

// Of a crash after which the consumer does not start again by itself.
function endWhenItCrashes(consumer) {
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (payload.restart) return
    say({ event: 'failed', error: String(payload.error) })
    process.exit(1)
  })
}

module.exports = { values, positionals, say, Ownership, endWhenItCrashes }
