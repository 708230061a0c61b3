// kafkajs as one member of a group (tests/support/group_members.py):
//
//     group BOOTSTRAP TOPIC GROUP [--session-ms N] [--heartbeat-ms N]
//
// It has one assignor (round robin), no static members and only the classic protocol.
'use strict'

const { Kafka, logLevel } = require('kafkajs')
const { values, positionals, say, Ownership, endWhenItCrashes } = require('./member')

const [, bootstrap, topic, group] = positionals

const kafka = new Kafka({ clientId: 'kafkajs', brokers: [bootstrap], logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({
  groupId: group,
  sessionTimeout: Number(values['session-ms']),
  heartbeatInterval: Number(values['heartbeat-ms']),
  maxWaitTimeInMs: 50,
})

const ownership = new Ownership(consumer, topic)
endWhenItCrashes(consumer)

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
    ownership.change([])
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
