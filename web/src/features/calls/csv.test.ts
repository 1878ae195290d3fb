import { expect, test } from "vitest";

import { csvOf, lacking, lookAt, namesCalls } from "./csv";

test("columns are understood by the names in the first line", () => {
  const look = lookAt("\uFEFFPhone;start;Metadata.order;shoe size\r\n+49 30 1;2026-11-23T10:00;A-7;43\r\n");
  expect(look.columns).toEqual([
    { name: "phone", means: "phone" },
    { name: "start", means: "start" },
    { name: "metadata.order", means: "detail" },
    { name: "shoe size", means: null },
  ]);
  expect(look.first).toEqual([["+49 30 1", "2026-11-23T10:00", "A-7", "43"]]);
  expect(lacking(look)).toEqual([]);
});

test("a cell in quotes may hold whatever it likes", () => {
  const { first, count } = lookAt('phone,script\n1,"Hello, ""you""\nthere"\n\n2,plain');
  expect(first).toEqual([
    ["1", 'Hello, "you"\nthere'],
    ["2", "plain"],
  ]);
  expect(count).toBe(2);
});

test("only the first rows are shown, and all are counted", () => {
  const look = lookAt(`phone\n${"1\n".repeat(12)}`);
  expect(look.first).toHaveLength(5);
  expect(look.count).toBe(12);
  expect(lacking(look)).toEqual(["start"]);
});

test("a file names calls that are there, or describes such as are to be made", () => {
  expect(namesCalls(lookAt("started_at,id,call_id\n2026-11-20,a,b"))).toBe("call_id");
  expect(namesCalls(lookAt("ID;title\nb;Dentist"))).toBe("id");
  expect(namesCalls(lookAt("phone,start,id\n1,2,3"))).toBeNull();
  expect(namesCalls(lookAt("title\nDentist"))).toBeNull();
});

test("what is written is read again, and is no formula", () => {
  const text = csvOf([
    ["row", "issue"],
    [3, 'no "number", really'],
    [4, "=1+1"],
    [5, null],
  ]);
  expect(text).toBe('row,issue\r\n3,"no ""number"", really"\r\n4,\'=1+1\r\n5,\r\n');
});
