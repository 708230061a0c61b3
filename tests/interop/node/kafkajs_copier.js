// kafkajs copies a topic exactly once as one member of a group (tests/support/group_copies.py):
//
//     copy BOOTSTRAP TOPIC GROUP TO TRANSACTIONAL_ID [--session-ms N] [--heartbeat-ms N]
//          [--transaction-ms N] [--hold-in N]
//
// Its transactions do not tell who in the group it is (KIP-447): a member whose session is over is not
// kept from committing.
'use strict'

const { Kafka, Partitioners, logLevel } = require('kafkajs')
const { values, positionals, say, Ownership, endWhenItCrashes } = require('./member')

const AT_ONCE = 5
const [, bootstrap, topic, group, to, transactionalId] = positionals

const kafka = new Kafka({
  clientId: 'kafkajs',
  brokers: [bootstrap],
  logLevel: logLevel.NOTHING,
  retry: { initialRetryTime: 20, retries: 20, maxRetryTime: 500 },
})
const consumer = kafka.consumer({
  groupId: group,
  sessionTimeout: Number(values['session-ms']),
  heartbeatInterval: Number(values['heartbeat-ms']),
  maxWaitTimeInMs: 50,
})
const producer = kafka.producer({
  transactionalId,
  transactionTimeout: Number(values['transaction-ms']),
  idempotent: true,
  maxInFlightRequests: 1,
  createPartitioner: Partitioners.DefaultPartitioner,
})
const admin = kafka.admin()

const ownership = new Ownership(consumer, topic)
endWhenItCrashes(consumer)
let begun = 0

async function eachBatch({ batch, resolveOffset, heartbeat, isRunning, isStale }) {
  for (let at = 0; at < batch.messages.length && isRunning() && !isStale(); at += AT_ONCE) {
    const messages = batch.messages.slice(at, at + AT_ONCE)
    const last = messages[messages.length - 1].offset
    await copy(batch.partition, messages, String(Number(last) + 1))
    say({ event: 'copied', records: messages.length })
    resolveOffset(last)
    await heartbeat()
  }
}

async function copy(partition, messages, next) {
  ++begun
  const transaction = await producer.transaction()
  await transaction.send({
    topic: to,
    messages: messages.map(({ key, value }) => ({ key, value, partition })),
  })
  await transaction.sendOffsets({
    consumerGroupId: group,
    topics: [{ topic, partitions: [{ partition, offset: next }] }],
  })
  if (begun === Number(values['hold-in'])) {
    say({ event: 'holding' })
    await new Promise(() => {})
  }
  await transaction.commit()
  await seen(partition, next)
}

// kafkajs cannot ask for offsets that are stable: before the partition may go to somebody else, what
// is committed has to be what that one will be told.
async function seen(partition, next) {
  for (;;) {
    const [{ partitions }] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
    if (partitions.find(one => one.partition === partition).offset === next) return
  }
}

async function main() {
  process.on('SIGTERM', async () => {
    await consumer.disconnect()
    await producer.disconnect()
    await admin.disconnect()
    ownership.change([])
    process.exit(0)
  })
  await admin.connect()
  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({ autoCommit: false, eachBatch })
}

main().catch(error => {
  say({ event: 'failed', error: String(error) })
  process.exit(1)
})
