import type { Socket } from 'node:net';
import { Failure } from '../../base/failure.ts';
import type { Admission } from '../../session/session.ts';
import { LineDecoder } from '../../wire/ftp/lines.ts';
import type { Reply } from '../../wire/ftp/reply.ts';
import { CommandQueue } from './command-queue.ts';
import { ControlPace } from './control-pace.ts';
import { ControlWire } from './control-wire.ts';
import { loggable, readCommand, type Command } from './command.ts';
import type { ControlWatch } from './completion.ts';
import { furnishDesk } from './desk.ts';
import { dispatch, stateAfter } from './dispatch.ts';
import { Patience } from './patience.ts';
import type { Ends } from './proxies.ts';
import { replies, reply } from './replies.ts';
import { ReplyWriter } from './reply-writer.ts';
import type { Room } from './room.ts';
import { isAbort, Running } from './running.ts';
import { charsetOf } from './spelling.ts';
import { closePlan, INITIAL, INITIAL_IMPLICIT, sessionOf, type State } from './state.ts';
import type { Protection } from './tls/protection.ts';
import { carryOut } from './transfers/carry-out.ts';
import type { Transfer } from './transfers/transfer.ts';
import { carryOutTask, type Task } from './task.ts';
import type { Desk, Outcome } from './visit.ts';
import { UnknownWords } from './unknown-words.ts';
import type { Verb } from './verbs/verb.ts';

/** For all of them: a stack of each would cost more than all the rest of its end. */
const GONE = new Failure('interrupted', 'The control connection is gone');

/** How a connection has come. */
export interface Arrival {
  /** TLS is there from the first byte on. */
  readonly implicit: boolean;
  readonly admission: Admission;
  readonly ends: Ends;
}

/**
 * One visitor's control connection: commands in, replies out, strictly in order. While a transfer
 * runs only the verbs whose rows say so act at once; all others wait in a bounded queue.
 */
export class ControlConnection {
  readonly #wire: ControlWire;
  readonly #room: Room;
  readonly #admission: Admission;
  readonly #desk: Desk;
  readonly #decoder: LineDecoder;
  readonly #queue = new CommandQueue();
  readonly #writer: ReplyWriter;
  readonly #patience: Patience;
  /** Aborted when the connection is gone. */
  readonly #gone = new AbortController();
  #state: State;
  /** TLS for this connection and its data connections, once it was asked for. */
  #protection: Protection | undefined;
  #running: Running | undefined;
  /** The last reply, once it is known that there will be no other. */
  #farewell: Reply | undefined;
  readonly #unknown: UnknownWords;
  /** The word of the command that is being answered, for those who count. */
  #answering: string | undefined;
  readonly #pace: ControlPace;
  /** Reasons for which nothing is read at the moment, beside a full queue. */
  #holds = 0;
  /** How many commands may wait before reading pauses. */
  #maxWaiting: number;

  constructor(socket: Socket, room: Room, { implicit, admission, ends }: Arrival) {
    const { options, clock, encryption } = room;
    this.#room = room;
    this.#admission = admission;
    this.#state = implicit ? INITIAL_IMPLICIT : INITIAL;
    this.#decoder = new LineDecoder(options.maxLineBytes);
    this.#unknown = new UnknownWords(options.maxUnknownBeforeLogin);
    this.#wire = new ControlWire(socket, {
      bytes: (chunk) => this.#hear(chunk),
      ended: () => this.#queue.end(),
      gone: () => {
        this.#gone.abort(GONE);
        this.#queue.end();
      },
    });
    this.#writer = new ReplyWriter(this.#wire);
    this.#maxWaiting = options.maxQueuedLines;
    this.#pace = new ControlPace(options, clock, this.#gone.signal);
    this.#desk = furnishDesk(room, ends, {
      signal: this.#gone.signal,
      prepareTls: async () => {
        this.#protection = await encryption?.protection(this.#state.host);
      },
      serverName: () => this.#protection?.serverName,
      progress: () => this.#running?.progress(),
    });
    this.#patience = new Patience(options, clock, (farewell) => {
      if (farewell === replies.loginTimeout) admission.offend('no-login');
      this.leave(farewell);
    });
    admission.leave.listen((why) => this.#turnOut(why));
    if (!implicit) this.#wire.open();
  }

  /** Answers commands until the visitor leaves or has to, then gives back everything of theirs. */
  async serve(): Promise<void> {
    this.#patience.begin(this.#gone.signal);
    try {
      if (this.#state.control === 'implicit') {
        await this.#desk.prepareTls();
        this.#beginTls();
      }
      this.#writer.say(reply(220, this.#room.options.banner));
      while (this.#farewell === undefined) {
        const command = this.#queue.take();
        if (command === undefined) {
          if (this.#queue.ended) break;
          this.#writer.flush();
          await this.#queue.changed();
          continue;
        }
        this.#listenAgain();
        const turn = this.#pace.command();
        if (turn !== undefined) {
          this.#writer.flush();
          await turn;
        }
        const done = this.#answer(command);
        if (done instanceof Promise) {
          this.#writer.flushSoon();
          await done;
        }
        if (this.#writer.isFull) await this.#writer.drained(this.#gone.signal);
      }
    } finally {
      await this.#close();
    }
  }

  /** Ends the visit as soon as the running command is done, with this as the last reply. */
  leave(farewell: Reply): void {
    this.#farewell ??= farewell;
    this.#queue.wake();
  }

  /** Ends the visit and what runs. */
  cut(why: Failure): void {
    this.leave(reply(421, why.message));
    this.#running?.stop(why);
  }

  /** Closes the socket, whatever is going on. */
  destroy(): void {
    this.#wire.destroy();
  }

  /** Nobody waits until a peer that has to go has read why. */
  #turnOut(why: Failure): void {
    this.cut(why);
    if (sessionOf(this.#state) === undefined) setImmediate(() => this.destroy());
  }

  #hear(chunk: Buffer): void {
    const events = this.#decoder.push(chunk);
    for (const event of events) {
      const command = readCommand(event, this.#room.verbs);
      if (command === undefined || this.#actsAtOnce(command)) continue;
      this.#queue.push(command);
    }
    this.#patience.heard(events.length > 0, this.#decoder.unfinished);
    if (this.#queue.length >= this.#maxWaiting) this.#wire.stream.pause();
    this.#hold(this.#pace.heard(chunk.length));
    // What is answered at once is not told faster than it is read.
    if (this.#writer.isFull) this.#hold(this.#writer.drained(this.#gone.signal));
  }

  /** Reads nothing until this has been waited for. */
  #hold(reason: Promise<void> | undefined): void {
    if (reason === undefined) return;
    this.#holds += 1;
    this.#wire.stream.pause();
    const release = (): void => {
      this.#holds -= 1;
      this.#listenAgain();
    };
    void reason.then(release);
  }

  #listenAgain(): void {
    const { stream } = this.#wire;
    if (this.#holds > 0) return;
    if (stream.isPaused() && this.#queue.length < this.#maxWaiting) stream.resume();
  }

  /** What a command does to a running transfer or task; true if that was all there was to do. */
  #actsAtOnce(command: Command): boolean {
    const running = this.#running;
    if (running === undefined || command.kind !== 'command') return false;
    if (isAbort(command)) {
      // Its own reply comes in its turn, behind that of the transfer (RFC 959 §4.1.3).
      running.abort();
      return false;
    }
    const { verb, argument } = command;
    // Within a reply that has begun no other can be said.
    if (running.isTalking) return false;
    if (verb?.duringTransfer !== 'answers' || argument.trim() !== '') return false;
    const outcome = dispatch(verb, this.#state, this.#desk, '');
    if (outcome instanceof Promise || !('reply' in outcome)) return false;
    this.#say(outcome.reply, verb.name);
    this.#writer.flush();
    return true;
  }

  #answer(command: Command): void | Promise<void> {
    this.#desk.log.debug('Command', () => ({ command: loggable(command) }));
    if (command.kind === 'too-long') return this.#finishCommand(replies.tooLong);
    const { verb, argument } = command;
    this.#answering = verb?.name ?? UnknownWords.LABEL;
    if (verb === undefined) return this.#finishCommand(this.#refuseUnknown(command.word));
    this.#patience.suspend();
    const outcome = dispatch(verb, this.#state, this.#desk, argument);
    if (!(outcome instanceof Promise)) return this.#conclude(verb, outcome);
    return outcome.then((outcome) => this.#conclude(verb, outcome));
  }

  #conclude(verb: Verb, outcome: Outcome): void | Promise<void> {
    const before = this.#state;
    this.#state = stateAfter(verb, before, outcome);
    const changes = this.#changeSession(before, this.#state);
    if ('transfer' in outcome) {
      return this.#runTransfer(outcome.transfer, before).then((last) => this.#finishCommand(last));
    }
    if ('task' in outcome) {
      return this.#runTask(outcome.task, verb).then((last) => this.#finishCommand(last));
    }
    if (outcome.close) this.leave(outcome.reply);
    else if (outcome.wire === 'secure' && this.#hasMore()) this.leave(replies.injected);
    else this.#finishCommand(outcome.reply);
    if (outcome.wire === undefined || this.#farewell !== undefined) return changes;
    return this.#changeWire(outcome.wire, changes);
  }

  /** TLS begins directly behind the reply, or ends directly behind it. */
  async #changeWire(to: 'secure' | 'clear', changes: void | Promise<void>): Promise<void> {
    this.#writer.flush();
    if (to === 'secure') this.#beginTls();
    else {
      const { clock, options } = this.#room;
      await this.#wire.clear(clock, options.dataTimeoutMs, this.#gone.signal);
    }
    await changes;
  }

  #beginTls(): void {
    if (this.#protection === undefined) return;
    this.#wire.secure(this.#protection, this.#gone.signal, (error) => {
      this.#desk.log.info('No TLS came up on a control connection', { error });
      this.#admission.offend('no-login');
      this.#wire.destroy();
    });
  }

  /** Something has come behind the command that is being answered. */
  #hasMore(): boolean {
    return this.#queue.length > 0 || this.#decoder.unfinished || this.#wire.hasUnread;
  }

  #finishCommand(reply: Reply): void {
    // The one 421 is said when the connection is closed.
    if (reply.code === 421) this.leave(reply);
    else this.#say(reply);
    this.#answering = undefined;
    this.#patience.resume(this.#state.phase.kind === 'inside', this.#state.idleTimeoutMs);
  }

  async #runTransfer(what: Transfer, { plan }: State): Promise<Reply> {
    const signals = this.#begin(what);
    const last = await carryOut(what, plan, {
      desk: this.#desk,
      protection: this.#state.dataProtection === 'P' ? this.#protection : undefined,
      signals,
      say: (preliminary) => {
        this.#say(preliminary);
        this.#writer.flush();
        return this.#writer.isFull ? this.#writer.drained(this.#gone.signal) : undefined;
      },
      watchControl: () => this.#watchControl(),
    });
    this.#running = undefined;
    this.#maxWaiting = this.#room.options.maxQueuedLines;
    return last;
  }

  async #runTask(task: Task, { situation }: Verb): Promise<Reply> {
    const signal = AbortSignal.any([...this.#begin(task), this.#gone.signal]);
    const { clock, options } = this.#room;
    const last = await carryOutTask(task, {
      clock,
      log: this.#desk.log,
      situation,
      keepAliveMs: options.keepAliveMs,
      sayOpen: (code, text) => {
        if (this.#running) this.#running.isTalking = true;
        this.#writer.sayOpen(code, text);
      },
      signal,
    });
    this.#running = undefined;
    return last;
  }

  /** From now on this runs. @returns what stops it */
  #begin(what: Transfer | Task): readonly AbortSignal[] {
    const running = new Running(what);
    this.#running = running;
    if (this.#queue.has(isAbort)) running.abort();
    const session = sessionOf(this.#state);
    return session ? [running.signal, session.signal] : [running.signal];
  }

  /** A full queue must not hide that the connection has ended: room for as many lines again. */
  #watchControl(): ControlWatch {
    this.#maxWaiting = this.#queue.length + this.#room.options.maxQueuedLines;
    this.#listenAgain();
    return this.#queue.watch();
  }

  #refuseUnknown(word: string): Reply {
    if (!this.#unknown.isTooMuch(word, sessionOf(this.#state) !== undefined))
      return replies.unknown;
    this.#admission.offend('nonsense');
    return replies.notFtp;
  }

  /** A session that begins can end the visit; one that has ended is disposed of. */
  #changeSession(before: State, after: State): void | Promise<void> {
    const [old, current] = [sessionOf(before), sessionOf(after)];
    if (old === current) return;
    old?.ending.listen(undefined);
    this.#admission.settle(current !== undefined);
    current?.ending.listen((why) => this.cut(why));
    if (old !== undefined) return Promise.resolve(old[Symbol.asyncDispose]());
  }

  #say(reply: Reply, word = this.#answering): void {
    const { code } = reply;
    if (word !== undefined && code >= 200) {
      const protocol = this.#state.control === 'clear' ? 'ftp' : 'ftps';
      this.#room.commands?.emit({ protocol, verb: word, code });
    }
    this.#desk.log.debug('Reply', () => ({ code, text: reply.lines[0] }));
    this.#writer.charset = charsetOf(this.#state, this.#desk);
    this.#writer.say(reply);
  }

  async #close(): Promise<void> {
    if (this.#farewell !== undefined) this.#say(this.#farewell);
    const said = this.#writer.end();
    // Whatever still comes is nobody's; reading it on lets the peer see our last reply.
    this.#wire.stopListening();
    const { refusalLingerMs, dataTimeoutMs } = this.#room.options;
    // Who never logged in must not hold a place by not reading it.
    const lingerMs = sessionOf(this.#state) === undefined ? refusalLingerMs : dataTimeoutMs;
    this.#room.clock.sleep(lingerMs, this.#gone.signal).then(
      () => this.#wire.destroy(),
      () => {},
    );
    this.#patience.end();
    closePlan(this.#state.plan);
    const session = sessionOf(this.#state);
    session?.ending.listen(undefined);
    if (session !== undefined) {
      this.#desk.log.info('Logged out', { account: session.accountName, session: session.id });
      await session[Symbol.asyncDispose]();
    }
    await said;
  }
}
