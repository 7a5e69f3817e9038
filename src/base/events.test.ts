import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { EventSource } from './events.ts';

suite('events', () => {
  test('everybody who listens hears everything until they stop, in order', () => {
    const source = new EventSource<number>(assert.ifError);
    const heard: string[] = [];
    const stop = source.listen((event) => heard.push(`one ${event}`));
    source.listen((event) => heard.push(`two ${event}`));
    source.emit(1);
    stop();
    stop();
    source.emit(2);
    assert.deepEqual(heard, ['one 1', 'two 1', 'two 2']);
  });

  test('a listener that throws disturbs neither the others nor the one who speaks', () => {
    const errors: unknown[] = [];
    const source = new EventSource<number>((error) => errors.push(error));
    const heard: number[] = [];
    const mistake = new Error('mistake');
    source.listen(() => {
      throw mistake;
    });
    source.listen((event) => heard.push(event));
    source.emit(1);
    assert.deepEqual(heard, [1]);
    assert.deepEqual(errors, [mistake]);
  });

  test('a listener may stop itself and others while it is being told', () => {
    const source = new EventSource<number>(assert.ifError);
    const heard: string[] = [];
    const stopFirst = source.listen(() => {
      heard.push('first');
      stopFirst();
      stopSecond();
    });
    const stopSecond = source.listen(() => heard.push('second'));
    source.emit(1);
    source.emit(2);
    assert.deepEqual(heard, ['first']);
  });

  test('one function that listens twice is one listener', () => {
    const source = new EventSource<number>(assert.ifError);
    let count = 0;
    const listener = () => {
      count += 1;
    };
    source.listen(listener);
    source.listen(listener);
    source.emit(1);
    assert.equal(count, 1);
  });
});
