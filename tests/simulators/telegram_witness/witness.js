// telegram-test-api, an imitation of the Bot API by other hands, with what python-telegram-bot 22 misses mended:
// is_bot and the id at getMe, dates in seconds, results instead of null, chat_instance, HTTP codes of refusals, and
// getUpdates that waits for as long as it is asked to. Prints its port; ends with its standard input.
"use strict";
const { routes } = require("telegram-test-api/lib/routes/index");
const TelegramServer = require("telegram-test-api");

const asMessage = (stored) => ({
  ...stored.message,
  message_id: stored.messageId,
  date: Math.floor(stored.time / 1000),
  chat: { id: Number(stored.message.chat_id), first_name: "Bot", type: "private" },
});

const mend = {
  getMe: (server, req, me) => ({ ...me, is_bot: true, id: Number(req.url.match(/^\/bot(\d+)/)[1]) }),
  sendMessage: (server, req, message) => ({ ...message, date: Math.floor(message.date / 1000) }),
  editMessageText: (server, req) => edited(server, req.body),
  editMessageReplyMarkup: (server, req) => edited(server, req.body),
  deleteMessage: () => true,
  answerCallbackQuery: () => true,
  setWebhook: () => true,
  getUpdates: (server, req, updates) => updates.map((update) =>
    update.callback_query ? { ...update, callback_query: { chat_instance: "1", ...update.callback_query } } : update),
};

const edited = (server, asked) => asMessage(server.storage.botMessages.find((stored) =>
  String(stored.messageId) === String(asked.message_id) && String(stored.message.chat_id) === String(asked.chat_id)));

routes.unshift((app, server) => app.use((req, res, next) => {
  const [, token, method] = req.path.match(/^\/bot([^/]+)\/(\w+)$/) || [];
  const answer = res.json.bind(res);
  res.json = (told) => {
    if (!method) return answer(told);
    if (!told.ok) return res.status(told.error_code || 404) && answer({ error_code: 404, description: "Not Found", ...told, ok: false });
    const wait = method === "getUpdates" && told.result.length === 0 ? Number(req.body.timeout || 0) : 0;
    const say = (result) => answer({ ok: true, result: mend[method] ? mend[method](server, req, result) : result });
    if (!wait) return say(told.result);
    const later = () => {
      ["AddedUserMessage", "AddedUserCommand", "AddedUserCallbackQuery"].forEach((news) => server.off(news, later));
      clearTimeout(timer);
      if (!res.destroyed) say(server.getUpdates(token));
    };
    const timer = setTimeout(later, wait * 1000);
    ["AddedUserMessage", "AddedUserCommand", "AddedUserCallbackQuery"].forEach((news) => server.on(news, later));
    return res;
  };
  next();
}));

const server = new TelegramServer({ host: "127.0.0.1" });
server.config.port = 0;
server.start().then(() => console.log(server.server.address().port));
process.stdin.resume().on("end", () => process.exit(0));
