import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.zeromq.ZMQ;

/** JeroMQ's end of jeromq.ts: a line of words in, {"words":["send","REQ","hi"]}, a line of words out. */
public class JeroMqPeer {
  static final Pattern WORD = Pattern.compile("\"([^\"]*)\"");
  static final Map<String, Integer> TYPES = new HashMap<>();
  static final Map<String, ZMQ.Socket> sockets = new HashMap<>();
  static final ZMQ.Context context = ZMQ.context(1);
  static final PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);

  public static void main(String[] args) throws Exception {
    String[] names = {"PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB"};
    for (int i = 0; i < names.length; i++) TYPES.put(names[i], i);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    say(List.of("ready"));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      List<String> words = new ArrayList<>();
      Matcher matcher = WORD.matcher(line);
      while (matcher.find()) words.add(matcher.group(1));
      // The first is the name of the list.
      say(obey(words.subList(1, words.size())));
    }
    // Whoever asked is gone, and nothing that is queued need go out.
    Runtime.getRuntime().halt(0);
  }

  static List<String> obey(List<String> words) {
    String type = words.get(1);
    if (words.get(0).equals("socket")) return List.of(open(type, words));
    ZMQ.Socket socket = sockets.get(type);
    List<String> answer = new ArrayList<>();
    if (words.get(0).equals("send")) {
      for (int i = 2; i < words.size(); i++) {
        socket.send(words.get(i).getBytes(StandardCharsets.US_ASCII), i + 1 < words.size() ? ZMQ.SNDMORE : 0);
      }
      return answer;
    }
    do answer.add(new String(socket.recv(0), StandardCharsets.US_ASCII));
    while (socket.hasReceiveMore());
    return answer;
  }

  static String open(String type, List<String> words) {
    ZMQ.Socket socket = context.socket(TYPES.get(type));
    sockets.put(type, socket);
    if (!words.get(4).isEmpty()) socket.setIdentity(words.get(4).getBytes(StandardCharsets.US_ASCII));
    if (type.equals("SUB")) socket.subscribe("topic".getBytes(StandardCharsets.US_ASCII));
    if (words.get(2).equals("bind")) return "tcp://127.0.0.1:" + socket.bindToRandomPort("tcp://127.0.0.1");
    socket.connect(words.get(3));
    return words.get(3);
  }

  static void say(List<String> words) {
    StringBuilder line = new StringBuilder("{\"words\":[");
    for (int i = 0; i < words.size(); i++) line.append(i == 0 ? "\"" : ",\"").append(words.get(i)).append('"');
    out.println(line.append("]}"));
    out.flush();
  }
}
