// kafkajs as one member of a group (tests/support/group_members.py):
//
//     group BOOTSTRAP TOPIC GROUP [--session-ms N] [--heartbeat-ms N]
//
// It has one assignor (round robin), no static members and only the classic protocol.
'use strict'

const { parseArgs } = require('node:util')
const { Kafka, logLevel } = require('kafkajs')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'session-ms': { type: 'string', default: '45000' },
    'heartbeat-ms': { type: 'string', default: '3000' },
  },
})
const [, bootstrap, topic, group] = positionals

const say = event => process.stdout.write(JSON.stringify(event) + '\n')

const kafka = new Kafka({ clientId: 'kafkajs', brokers: [bootstrap], logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({
  groupId: group,
  sessionTimeout: Number(values['session-ms']),
  heartbeatInterval: Number(values['heartbeat-ms']),
  maxWaitTimeInMs: 50,
})

let owned = []

function own(partitions) {
  if (owned.length > 0) say({ event: 'revoked', partitions: owned })
  owned = partitions
  if (owned.length > 0) say({ event: 'assigned', partitions: owned })
}

consumer.on(consumer.events.REBALANCING, () => own([]))
consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
  own(payload.memberAssignment[topic] || []))
consumer.on(consumer.events.CRASH, ({ payload }) => {
  if (payload.restart) return
  say({ event: 'failed', error: String(payload.error) })
  process.exit(1)
})

async function eachBatch({ batch, resolveOffset, isRunning, isStale }) {
  if (!isRunning() || isStale()) return
  for (const { offset, key } of batch.messages) {
    say({ event: 'record', topic, partition: batch.partition, offset: Number(offset),
          key: String(key) })
    resolveOffset(offset)
  }
  const next = Number(batch.lastOffset()) + 1
  try {
    await consumer.commitOffsets([{ topic, partition: batch.partition, offset: String(next) }])
    say({ event: 'committed', offsets: { [batch.partition]: next } })
  } catch (error) {
    say({ event: 'refused', error: String(error) })
    throw error
  }
}

async function main() {
  process.on('SIGTERM', async () => {
    await consumer.disconnect()
    own([])
    process.exit(0)
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({ autoCommit: false, eachBatch })
}

main().catch(error => {
  say({ event: 'failed', error: String(error) })
  process.exit(1)
})
