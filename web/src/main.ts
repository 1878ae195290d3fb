import "./app.css";

import { mount } from "svelte";

import Root from "./app/Root.svelte";

const target = document.getElementById("app");
if (target) mount(Root, { target });
