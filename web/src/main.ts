import "./app.css";

import { mount } from "svelte";

import { randomUuid } from "./api/uuid";
import Root from "./app/Root.svelte";

// Browsers keep it from pages that came over plain HTTP, as from a server in the house.
crypto.randomUUID ??= randomUuid;

const target = document.getElementById("app");
if (target) mount(Root, { target });
