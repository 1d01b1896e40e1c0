//! A node that takes what is handed in, and whose answer never comes.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::mpsc,
    time::Duration,
};

/// Passes requests on to a node. What is handed in it passes on too, tells so, and keeps the answer; its address.
pub fn lost_answer(url: &str) -> (String, mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (node, (tell, told)) = (url.strip_prefix("http://").unwrap().to_owned(), mpsc::channel());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (node, tell) = (node.clone(), tell.clone());
            std::thread::spawn(move || drop(pass_on(stream, &node, &tell)));
        }
    });
    (address, told)
}

fn pass_on(mut stream: TcpStream, node: &str, tell: &mpsc::Sender<()>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
        // one request a connection
        if !line.to_lowercase().starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut there = TcpStream::connect(node)?;
    write!(there, "{head}Connection: close\r\n\r\n")?;
    there.write_all(&body)?;
    let mut answer = Vec::new();
    there.read_to_end(&mut answer)?;
    if head.starts_with("POST") {
        tell.send(()).ok();
        std::thread::sleep(Duration::from_secs(60));
    }
    stream.write_all(&answer)?;
    stream.shutdown(Shutdown::Write)
}
