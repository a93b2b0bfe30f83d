/**
 * The WebSocket to the server. When it is lost it is made again, and everything goes on from where it was:
 * what was asked is asked again (edits carry a token, so nothing is done twice), and what is listened to goes
 * on after the last message.
 */

import { decode, encode } from '@msgpack/msgpack'
import {
  CLOSE_TOO_MANY,
  SUBPROTOCOL,
  type ClientMessage,
  type JsonValue,
  type Lossy,
  type Reliable,
  type ServerMessage,
} from '../protocol'
import { ServerError } from './http'

export type LineState = 'connecting' | 'open' | 'lost'

/** What one channel says. */
export interface Listener {
  snapshot?(value: JsonValue, seq: number): void
  event?(event: Reliable['event'], seq: number): void
  lossy?(event: Lossy['event'], key: string): void
  refused?(error: ServerError): void
}

/** A request without the number that the line gives it. */
export type Request = ClientMessage extends infer M ? (M extends { id: number } ? Omit<M, 'id'> : never) : never

interface Asked {
  message: ClientMessage
  resolve(value: JsonValue): void
  reject(error: ServerError): void
}

interface Channel {
  last: number | null
  listeners: Set<Listener>
}

const FIRST_PAUSE = 250
const LONGEST_PAUSE = 5000

export class Line {
  private socket: WebSocket | null = null
  private epoch = ''
  private next = 0
  private pause = FIRST_PAUSE
  private retry: ReturnType<typeof setTimeout> | undefined
  private readonly asked = new Map<number, Asked>()
  private readonly channels = new Map<string, Channel>()
  private welcome = false

  constructor(
    private readonly client: string,
    private readonly name: () => string,
    private readonly told: (state: LineState, reason: string) => void,
  ) {}

  open(): void {
    if (this.socket !== null) return
    clearTimeout(this.retry)
    this.told('connecting', '')
    const url = new URL('api/live', document.baseURI)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(url, SUBPROTOCOL)
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => this.introduce(socket)
    socket.onmessage = (event) => this.hear(decode(new Uint8Array(event.data as ArrayBuffer)))
    socket.onclose = (event) => this.lost(event.code, event.reason)
    this.socket = socket
  }

  /** Try now what was to be tried after a pause. */
  reconnect(): void {
    this.open()
  }

  /** Ask for something; the answer may come after the connection was lost and made again. */
  ask<T = JsonValue>(request: Request): Promise<T> {
    const message = { ...request, id: ++this.next } as ClientMessage & { id: number }
    return new Promise<T>((resolve, reject) => {
      this.asked.set(message.id, { message, resolve: resolve as (value: JsonValue) => void, reject })
      if (this.welcome) this.send(message)
    })
  }

  /** Say something that needs no answer, if anybody hears it. */
  say(message: ClientMessage): void {
    if (this.welcome) this.send(message)
  }

  /** Listen to a channel; gives a function that ends it. */
  listen(channel: string, listener: Listener): () => void {
    const known = this.channels.get(channel)
    if (known) {
      known.listeners.add(listener)
      known.last = null // a newcomer needs a snapshot, which the others take as well
    } else {
      this.channels.set(channel, { last: null, listeners: new Set([listener]) })
    }
    if (this.welcome) this.subscribe(channel)
    return () => this.leave(channel, listener)
  }

  private leave(channel: string, listener: Listener): void {
    const known = this.channels.get(channel)
    if (!known?.listeners.delete(listener) || known.listeners.size > 0) return
    this.channels.delete(channel)
    if (this.welcome) this.ask({ type: 'unsubscribe', channel }).catch(() => undefined)
  }

  private subscribe(channel: string): void {
    this.ask({ type: 'subscribe', channel }).catch((error: ServerError) => this.refuse(channel, error))
  }

  private refuse(channel: string, error: ServerError): void {
    for (const listener of this.channels.get(channel)?.listeners ?? []) listener.refused?.(error)
  }

  private introduce(socket: WebSocket): void {
    const last: Record<string, number> = {}
    for (const [name, channel] of this.channels) if (channel.last !== null) last[name] = channel.last
    const hello = { type: 'hello', client: this.client, name: this.name(), epoch: this.epoch, last }
    socket.send(encode(hello))
  }

  private resume(): void {
    this.pause = FIRST_PAUSE
    this.welcome = true
    this.told('open', '')
    for (const [id, { message }] of [...this.asked]) {
      // Channels are subscribed to by what is listened to now.
      if (message.type === 'subscribe' || message.type === 'unsubscribe') this.asked.delete(id)
      else this.send(message)
    }
    for (const [name, channel] of this.channels) if (channel.last === null) this.subscribe(name)
  }

  private lost(code: number, reason: string): void {
    this.socket = null
    this.welcome = false
    this.told('lost', reason)
    const pause = code === CLOSE_TOO_MANY ? LONGEST_PAUSE : this.pause
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE)
    this.retry = setTimeout(() => this.open(), pause)
  }

  private send(message: ClientMessage): void {
    this.socket?.send(encode(message, { ignoreUndefined: true }))
  }

  private hear(frame: unknown): void {
    for (const message of (Array.isArray(frame) ? frame : [frame]) as ServerMessage[]) this.take(message)
  }

  private take(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.epoch = message.epoch
        this.resume()
        break
      case 'reply':
        this.answer(message.id)?.resolve(message.value)
        break
      case 'refusal': {
        const error = new ServerError(message.error, 0, message.problems)
        if (message.channel) this.refuse(message.channel, error)
        if (message.id !== null) this.answer(message.id)?.reject(error)
        break
      }
      default:
        this.handOut(message)
    }
  }

  private answer(id: number): Asked | undefined {
    const asked = this.asked.get(id)
    this.asked.delete(id)
    return asked
  }

  private handOut(message: Exclude<ServerMessage, { type: 'welcome' | 'reply' | 'refusal' }>): void {
    const channel = this.channels.get(message.channel)
    if (!channel) return
    if (message.type !== 'lossy') channel.last = message.seq
    for (const listener of [...channel.listeners]) {
      if (message.type === 'snapshot') listener.snapshot?.(message.value, message.seq)
      else if (message.type === 'event') listener.event?.(message.event, message.seq)
      else listener.lossy?.(message.event, message.key)
    }
  }
}
