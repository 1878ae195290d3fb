import { createContext } from "svelte";

import type { Api } from "#/api/client";
import { Live } from "#/api/live.svelte";
import { Network } from "#/api/network.svelte";
import { Formats } from "#/text/formats.svelte";
import { type Translate, Words } from "#/text/words.svelte";

import { Device } from "./device.svelte";
import { Household } from "./household.svelte";
import { Notices } from "./notices.svelte";
import { Router } from "./router.svelte";
import { Session } from "./session.svelte";
import { Shortcuts } from "./shortcuts.svelte";
import { Version } from "./version.svelte";

/** Everything that pages share; made once by `main`, handed down as context. */
export class App {
  readonly network = new Network();
  readonly session = new Session(this.network);
  readonly router = new Router();
  readonly words = new Words();
  readonly notices = new Notices();
  readonly device = new Device();
  readonly live = new Live({
    signedIn: () => this.session.check(),
    reached: () => this.network.answered(),
    refreshed: () => {
      this.network.refreshed();
      this.version.look(); // the server may have been away to become a newer one
    },
  });
  readonly shortcuts = new Shortcuts();
  readonly version = new Version();
  readonly formats: Formats = new Formats(this.words);

  constructor() {
    this.network.onturn = (turn) => {
      if (turn === "late") this.live.refresh();
      else if (turn === "silent" || !this.live.connected) this.live.reopen();
    };
  }

  get api(): Api {
    return this.session.api;
  }

  get t(): Translate {
    return this.words.t;
  }
}

/** `getApp` works anywhere in the page, `getHousehold` where somebody is signed in. */
export const [getApp, setApp] = createContext<App>();
export const [getHousehold, setHousehold] = createContext<Household>();
